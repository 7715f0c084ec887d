import type { JsonObject } from '@fairlead/base'
import { type EmbeddingsRequest, inputUsage, openAiEmbeddings } from '@fairlead/llm'
import { featuresOf } from './text-features.ts'

const dimensionsUsual = 384
const dimensionsMax = 4096
/** Of a word, so that its forms are near to each other. */
const stemLength = 5
const stemWeight = 0.7

/** The answer to a call for vectors: texts that share words are near to each other. Always the same. */
export function simulatedVectors(body: JsonObject): object {
  const { embeddings: format } = openAiEmbeddings.operations
  if (format === undefined) throw new Error('the dialect has no vectors')
  const request = format.decodeRequest(body)
  const { dimensions = dimensionsUsual, inputs, model } = request
  const length = Math.min(dimensions, dimensionsMax)
  const texts = inputs.map(textOf)
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  const answer = {
    model,
    vectors: texts.map((text) => vectorOf(text, length)),
    usage: inputUsage(Math.ceil(characters / 4)),
  }
  return format.encodeResponse(answer, request)
}

function textOf(input: EmbeddingsRequest['inputs'][number]): string {
  return typeof input === 'string' ? input : input.join(' ')
}

/** Of length 1. */
function vectorOf(text: string, length: number): Float32Array {
  const vector = new Float32Array(length)
  for (const word of featuresOf(text)) {
    add(word, 1, vector)
    add(`${word.slice(0, stemLength)}-`, stemWeight, vector)
  }
  const norm = Math.hypot(...vector)
  // A text without a word has a direction as well.
  if (norm === 0) vector[0] = 1
  return norm === 0 ? vector : vector.map((value) => value / norm)
}

function add(feature: string, weight: number, vector: Float32Array): void {
  const hash = hashOf(feature)
  const place = (hash >>> 1) % vector.length
  vector[place] = (vector[place] ?? 0) + ((hash & 1) === 0 ? weight : -weight)
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
