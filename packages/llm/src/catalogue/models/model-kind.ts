import type { Operation } from '../../operations/operation.ts'
import { findModel } from './find-model.ts'
import { bareName } from './model-names.ts'

const vectorNames = /embed|^(?:bge|e5|gte|voyage)-|minilm|nemoretriever/

/**
 * What a vendor's model is for, where the catalogue knows the model well enough to tell: it lists no
 * kinds, but what makes vectors has a name that says so, and nothing else can think or call tools.
 * Undefined where that is not known.
 */
export function modelKind(vendor: string, model: string): Operation | undefined {
  const name = bareName(model)
  const known = findModel(vendor, model)
  if (known === undefined) return undefined
  if (name.includes('rerank')) return 'rerank'
  if (name.includes('moderation')) return 'moderation'
  if (vectorNames.test(name)) return 'embeddings'
  const { lacks } = known
  return lacks.includes('Tools') && lacks.includes('Reasoning') ? undefined : 'chat'
}
