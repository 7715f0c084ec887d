import { expect, it } from 'vitest'
import { errorLines } from './error-lines.ts'

it.each([
  ['{"level":50,"msg":"request failed"}', true],
  ['{"level":40,"msg":"an error of a provider"}', false],
  ['{"level":30,"msg":"call"}', false],
  ['TypeError: x is not a function', true],
  ['(node:1) MaxListenersExceededWarning: Possible leak', true],
  ['Fairlead is ready', false],
  ['', false],
])('%s is an error: %s', (line, isError) => {
  expect(errorLines(`${line}\n`)).toHaveLength(isError ? 1 : 0)
})
