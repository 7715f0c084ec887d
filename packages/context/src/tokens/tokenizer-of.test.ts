import { expect, it } from 'vitest'
import { tokenizerOf } from './tokenizer-of.ts'

it.each([
  ['gpt-4o', 'o200k_base', true],
  ['gpt-4o-mini-2024-07-18', 'o200k_base', true],
  ['openai/gpt-4.1', 'o200k_base', true],
  ['ft:gpt-4o:org::id', 'o200k_base', true],
  ['gpt-5.4-mini', 'o200k_base', true],
  ['openai/gpt-oss-120b', 'o200k_base', true],
  ['o1', 'o200k_base', true],
  ['o3-mini', 'o200k_base', true],
  ['gpt-4', 'cl100k_base', true],
  ['gpt-4-turbo', 'cl100k_base', true],
  ['gpt-3.5-turbo', 'cl100k_base', true],
  ['gpt-35-turbo', 'cl100k_base', true],
  ['claude-sonnet-4-5', 'o200k_base', false],
  ['gemini-2.5-pro', 'o200k_base', false],
  ['o1abc', 'o200k_base', false],
  ['', 'o200k_base', false],
])('%s is counted by %s', (model, encoding, isOwn) => {
  expect(tokenizerOf(model)).toEqual({ encoding, isOwn })
})
