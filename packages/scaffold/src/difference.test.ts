import { expect, it } from 'vitest'
import { difference } from './difference.ts'

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('')

it('shows what differs between what is the same', () => {
  const is = lines('a', 'b', 'c', 'old', 'd', 'e', 'f')
  const should = lines('a', 'b', 'c', 'new', 'newer', 'd', 'e', 'f')
  expect(difference('x.yaml', is, should)).toBe(
    lines('x.yaml: differs from line 4', ' b', ' c', '-old', '+new', '+newer', ' d', ' e'),
  )
})

it('says what is missing, and what is too much', () => {
  expect(difference('x', undefined, 'a')).toBe('x: is missing\n')
  expect(difference('x', 'a', undefined)).toBe('x: is no longer made\n')
})

it('shows a line that was added at the end', () => {
  expect(difference('x', lines('a', 'a'), lines('a'))).toContain('-a\n')
})
