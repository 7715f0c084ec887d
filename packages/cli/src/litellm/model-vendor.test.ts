import { expect, it } from 'vitest'
import { otherUseOf, vendorModelOf } from './model-vendor.ts'

const found = (name: string, vendor?: string, hasAddress = false) => {
  const result = vendorModelOf(name, { vendor, hasAddress })
  return result && `${result.vendor.name}: ${result.model}`
}

it.each([
  ['openai/gpt-4o', 'openai: gpt-4o'],
  ['gpt-4o', 'openai: gpt-4o'],
  ['o3', 'openai: o3'],
  ['claude-3-opus-20240229', 'anthropic: claude-3-opus-20240229'],
  ['openai/facebook/opt-125m', 'openai: facebook/opt-125m'],
  ['openai/responses/gpt-5', 'openai: gpt-5'],
  ['azure/o_series/my-o3', 'azure: my-o3'],
  ['bedrock/converse/us.amazon.nova-pro-v1:0', 'bedrock: us.amazon.nova-pro-v1:0'],
  ['bedrock/us-east-1/anthropic.claude-v2', 'bedrock: us-east-1/anthropic.claude-v2'],
  ['together_ai/meta-llama/Llama-3-8b', 'together_ai: meta-llama/Llama-3-8b'],
  ['openrouter/openai/gpt-4o', 'openrouter: openai/gpt-4o'],
  ['anthropic/*', 'anthropic: *'],
])('%s is %s', (name, vendor) => {
  expect(found(name)).toBe(vendor)
})

it('takes the vendor that is named beside the model', () => {
  expect(found('llama3', 'groq')).toBe('groq: llama3')
  expect(found('groq/llama3', 'groq')).toBe('groq: llama3')
})

it('takes a model without a vendor for that of a server with an address', () => {
  expect(found('my-model')).toBeUndefined()
  expect(found('my-model', undefined, true)).toBe('openai: my-model')
  expect(found('sagemaker/my-model', undefined, true)).toBeUndefined()
  expect(found('mistralai/mistral-7b')).toBeUndefined()
})

it('knows models that do not chat', () => {
  const other = [
    'text-embedding-3-small',
    'dall-e-3',
    'whisper-1',
    'amazon.titan-embed-text-v1',
    'rerank-v3.5',
  ]
  expect(other.filter((name) => otherUseOf(name, undefined) === undefined)).toEqual([])
  const chat = ['gpt-4o', 'claude-3-opus', 'gemini-2.5-pro', 'llama3.1', 'mistral-large', 'timagen']
  expect(chat.filter((name) => otherUseOf(name, undefined) !== undefined)).toEqual([])
  expect(otherUseOf('text-embedding-of-a-kind', 'chat')).toBeUndefined()
  expect(otherUseOf('gpt-4o', 'embedding')).toBe('mode embedding')
})
