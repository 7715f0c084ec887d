import { expect, it } from 'vitest'
import { compileAll, conditionsOf, provider, snapshotOf } from '../../test-support/resources.ts'

it.each([
  [undefined, undefined],
  ['http://proxy.internal:3128', 'http://proxy.internal:3128'],
  ['http://Proxy.internal/', 'http://proxy.internal'],
  ['http://proxy.internal:80', 'http://proxy.internal'],
  ['http://[2001:db8::1]:3128', 'http://[2001:db8::1]:3128'],
])('the proxy of %s is %s', (proxyURL, origin) => {
  const spec = { type: 'OpenAI', ...(proxyURL === undefined ? {} : { proxyURL }) }
  const settings = snapshotOf(provider(spec))?.providers.get('default/p')
  expect(settings).toMatchObject({ proxyURL: origin, baseURL: 'https://api.openai.com/v1' })
})

it.each([
  ['another protocol', 'https://hunter2', 'not an absolute http URL'],
  ['a port that cannot be', 'http://hunter2:99999', 'not an absolute http URL'],
  ['a host that cannot be', 'http://hunter2[', 'not an absolute http URL'],
  ['a password', 'http://me:hunter2@proxy', 'must not contain a user or password'],
  ['a user', 'http://hunter2@proxy', 'must not contain a user or password'],
  ['a path', 'http://proxy/hunter2', 'must have no path, query or fragment'],
  ['a query', 'http://proxy?hunter2', 'must have no path, query or fragment'],
])('%s is refused, and not repeated', (_name, proxyURL, message) => {
  const result = compileAll(provider({ type: 'OpenAI', proxyURL }))
  expect(result.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
  expect(conditionsOf(result, 'LLMProvider', 'default/p').Accepted).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: expect.stringContaining(`spec.proxyURL: ${message}`),
  })
  expect(JSON.stringify(result.conditions)).not.toContain('hunter2')
})
