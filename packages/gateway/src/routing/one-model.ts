import { isSameModel, type Operation } from '@fairlead/llm'
import type { CallTarget } from './call-target.ts'
import type { Unfitness } from './unfitness.ts'

/** The targets of one model, and the others. */
interface OfOneModel {
  readonly same: readonly CallTarget[]
  readonly others: readonly (Unfitness & { readonly target: CallTarget })[]
}

/**
 * Vectors of different models cannot be compared, so that a call for vectors is answered by one model
 * alone: that of the first target in the rule, whatever the strategy, wherever it is served, under
 * whatever path or region its name stands. Of other operations all targets stay.
 */
export function ofOneModel(targets: readonly CallTarget[], operation: Operation): OfOneModel {
  const [first] = targets
  if (operation !== 'embeddings' || first === undefined) return { same: targets, others: [] }
  const isSame = ({ model }: CallTarget) => isSameModel(model, first.model)
  const reason = `its vectors would not be those of ${first.model}, the model of the first target`
  return {
    same: targets.filter(isSame),
    others: targets
      .filter((target) => !isSame(target))
      .map((target) => ({ target, reason, tooLong: false, certain: true })),
  }
}
