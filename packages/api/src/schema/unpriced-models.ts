import { atomicList, text } from './fields.ts'

/** Models without a known price, at most 32. */
export function unpricedModels() {
  return atomicList(
    'Models that were called and whose price is not known, at most 32.',
    text('An LLMProvider as namespace/name, a space, and a model.', { min: 1, max: 600 }),
    { max: 32 },
  )
}
