import { expect, it } from 'vitest'
import { isPrivateServer } from './server-address.ts'

it.each([
  ['http://127.0.0.1:8000', true],
  ['http://10.1.2.3/v1', true],
  ['http://172.20.0.1', true],
  ['http://172.32.0.1', false],
  ['http://192.168.1.1', true],
  ['http://[::1]:8000', true],
  ['http://localhost:11434', true],
  ['http://ollama:11434', true],
  ['http://vllm.models.svc.cluster.local:8000/v1', true],
  ['http://host.docker.internal', true],
  ['https://api.openai.com/v1', false],
])('%s is in a private network: %s', (address, isPrivate) => {
  expect(isPrivateServer(address)).toBe(isPrivate)
})
