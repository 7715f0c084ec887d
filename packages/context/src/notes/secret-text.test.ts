import { expect, it } from 'vitest'
import { looksSecret } from './secret-text.ts'

it.each([
  'My password is swordfish',
  'Passwort: hunter2',
  'the PIN is 4711',
  'API key = abc',
  'card 4111 1111 1111 1111',
  'pays with 5500-0000-0000-0004',
  'uses sk-proj-abcdefghijklmnop1234',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'AKIAIOSFODNN7EXAMPLE',
  '-----BEGIN RSA PRIVATE KEY-----',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
])('is kept in no note: %s', (text) => {
  expect(looksSecret(text)).toBe(true)
})

it.each([
  'Lives in Rome since 2019 and works as a nurse.',
  'Prefers answers in Italian, without emoji.',
  'Their ticket is INC-20260112-0042.',
  'Phone: +39 06 6982 1234',
  'Uses a password manager and wants to keep it secret from nobody.',
  'Works on the project donaudampfschifffahrtsgesellschaft.',
  'Repository: https://example.com/team/handbook-of-the-gateway',
  'The order has number 1234567890123.',
])('may be noted: %s', (text) => {
  expect(looksSecret(text)).toBe(false)
})

it('is found in linear time', () => {
  const long = `${'password '.repeat(20_000)}${'1 '.repeat(20_000)}${'aB'.repeat(20_000)}`
  const begun = performance.now()
  looksSecret(long)
  expect(performance.now() - begun).toBeLessThan(500)
})
