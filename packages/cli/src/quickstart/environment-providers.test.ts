import { describe, expect, it } from 'vitest'
import { ollamaBaseURL } from './environment-providers.ts'

describe('ollamaBaseURL', () => {
  it.each([
    ['localhost', 'http://localhost:11434/v1'],
    ['10.0.0.5:1234', 'http://10.0.0.5:1234/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['http://ollama:8000', 'http://ollama:8000/v1'],
    ['https://ollama.example.com/', 'https://ollama.example.com/v1'],
  ])('reads %s as %s', (host, url) => {
    expect(ollamaBaseURL(host)).toBe(url)
  })
})
