import { expect, it } from 'vitest'
import { isSameModel } from './model-names.ts'

it.each<[string, string, boolean]>([
  ['text-embedding-3-small', 'openai/text-embedding-3-small', true],
  ['amazon.titan-embed-text-v2:0', 'us.amazon.titan-embed-text-v2:0', true],
  ['qwen3-embedding', 'qwen3-embedding:latest', true],
  ['qwen3-embedding:0.6b', 'qwen3-embedding:8b', false],
  ['qwen3-embedding:0.6b', 'qwen3-embedding', false],
  ['amazon.titan-embed-text-v1', 'amazon.titan-embed-text-v2:0', false],
  ['ft:base:org::one', 'ft:base:org::two', false],
  ['ft:base:org::one', 'base', false],
  ['ft:base:org::one', 'FT:base:org::one', true],
])('%s and %s are one model: %s', (one, other, same) => {
  expect(isSameModel(one, other)).toBe(same)
  expect(isSameModel(other, one)).toBe(same)
})
