import { openAiRerank } from '@fairlead/llm'
import { readValueRequest } from '../../call/read-value-request.ts'
import type { Surface } from '../surface.ts'

/** Cohere's and Jina's rerank: https://docs.cohere.com/reference/rerank, https://jina.ai/reranker */
export const rerank: Surface = {
  name: 'rerank',
  dialect: openAiRerank,
  routes: ['/v1/rerank', '/v2/rerank'].map((path) => ({
    method: 'POST',
    path,
    reader: (call) => (body) => readValueRequest(body, call),
  })),
}
