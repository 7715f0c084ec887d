import { modelWeights } from './model-weights.ts'
import { bucketCount, type PromptFeatures, featuresOf } from './prompt-features.ts'
import type { PromptOutline } from './prompt-outline.ts'
import { type PromptType, promptTypes } from './prompt-type.ts'

/** What a prompt asks for. */
export interface PromptClass {
  /** The most likely type. */
  readonly type: PromptType
  /** How likely it is, from 0 to 1, as far as the classifier knows. */
  readonly confidence: number
  /** From 0 to 100: below 30 simple, from 65 complex. */
  readonly complexity: number
}

const typeCount = promptTypes.length
const typeWeights = decode(modelWeights.types)

/**
 * Classifies a prompt by its last user messages and its instructions. Pure and deterministic; takes
 * bounded time, whatever the prompt's length.
 */
export function classifyPrompt(texts: Pick<PromptOutline, 'system' | 'user'>): PromptClass {
  const features = featuresOf(texts)
  const scores = typeScores(features)
  let best = 0
  for (let type = 1; type < typeCount; type += 1) {
    if ((scores[type] ?? 0) > (scores[best] ?? 0)) best = type
  }
  const top = scores[best] ?? 0
  const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
  return {
    type: promptTypes[best] ?? 'Conversation',
    confidence: 1 / total,
    complexity: complexityOf(features),
  }
}

function typeScores({ buckets, dense }: PromptFeatures): Float64Array {
  const scores = new Float64Array(typeCount)
  const each = modelWeights.typeScale / Math.sqrt(Math.max(buckets.length, 1))
  for (const bucket of buckets) {
    const row = bucket * typeCount
    for (let type = 0; type < typeCount; type += 1) {
      scores[type] = (scores[type] ?? 0) + (typeWeights[row + type] ?? 0) * each
    }
  }
  // The last row is that of the constant 1.
  for (let index = 0; index <= dense.length; index += 1) {
    const value = (dense[index] ?? 1) * modelWeights.typeScale
    if (value === 0) continue
    const row = (bucketCount + index) * typeCount
    for (let type = 0; type < typeCount; type += 1) {
      scores[type] = (scores[type] ?? 0) + (typeWeights[row + type] ?? 0) * value
    }
  }
  return scores
}

function complexityOf({ complexity }: PromptFeatures): number {
  let score: number = modelWeights.complexityBase
  for (const [index, value] of complexity.entries()) {
    score += (modelWeights.complexity[index] ?? 0) * value
  }
  return Math.max(0, Math.min(100, Math.round(score)))
}

/** One byte a weight, signed. */
function decode(base64: string): Int8Array {
  const bytes = atob(base64)
  return Int8Array.from({ length: bytes.length }, (_, index) => bytes.charCodeAt(index))
}
