import { expect, it } from 'vitest'
import { nearMisses } from './near-misses.ts'

const known = ['groq', 'xai', 'siliconflow', 'siliconflow-cn', 'fireworks', 'openrouter', 'vllm']

it.each([
  ['grok', ['groq']],
  ['gorq', ['groq']],
  ['silicon-flow', ['siliconflow', 'siliconflow-cn']],
  ['fireworks-ai', ['fireworks']],
  ['open-router', ['openrouter']],
  ['vlm', ['vllm']],
  ['something', []],
])('who writes %s may mean %j', (name, meant) => {
  expect(nearMisses(name, known)).toEqual(meant)
})
