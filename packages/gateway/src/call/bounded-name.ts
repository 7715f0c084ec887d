import type { Runtime } from '../runtime/runtime.ts'

const otherModel = 'other'

/** The model's name, if it may be a label. */
export function boundedName(model: string, { modelNames }: Pick<Runtime, 'modelNames'>): string {
  return modelNames.has(model) ? model : otherModel
}
