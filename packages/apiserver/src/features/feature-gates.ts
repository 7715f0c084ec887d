import type { Logger } from '@fairlead/base'

import { featureGate } from '../api-types/feature-gate.ts'
import { FeatureError } from './feature-error.ts'

/** The gates on which something depends here. */
type ObeyedGate = 'MutatingAdmissionPolicy'

const obeyed: ReadonlySet<string> = new Set<ObeyedGate>(['MutatingAdmissionPolicy'])
/** Gates that stand for all of a stage that are not named themselves. */
const ofStage: ReadonlyMap<string, string> = new Map([
  ['AllAlpha', 'Alpha'],
  ['AllBeta', 'Beta'],
])

/** Which features are on, as kube-apiserver's `--feature-gates` choose them. */
export class FeatureGates {
  readonly #given: Readonly<Record<string, boolean>>

  /** @throws FeatureError for a gate that is unknown, or cannot be changed */
  constructor(given: Readonly<Record<string, boolean>>, logger: Logger) {
    this.#given = given
    for (const [name, isOn] of Object.entries(given)) check(name, isOn, logger)
  }

  isOn(name: ObeyedGate): boolean {
    const own = this.#given[name]
    if (own !== undefined) return own
    const gate = featureGate(name)
    for (const [all, stage] of ofStage) {
      const isOn = this.#given[all]
      if (isOn !== undefined && gate?.stage === stage) return isOn
    }
    return gate?.isOnByDefault ?? false
  }
}

function check(name: string, isOn: boolean, logger: Logger): void {
  const gate = featureGate(name)
  if (gate === undefined) {
    if (!ofStage.has(name)) throw new FeatureError(`unrecognized feature gate: ${name}`)
    if (isOn) {
      const names = [...obeyed].join(', ')
      logger.warn({ gate: name }, `of these features only ${names} can be turned on here`)
    }
    return
  }
  if (isOn === gate.isOnByDefault) return
  if (gate.isLocked) {
    throw new FeatureError(
      `cannot set feature gate ${name} to ${isOn}, feature is locked to ${gate.isOnByDefault}`,
    )
  }
  if (!obeyed.has(name)) {
    logger.warn({ gate: name, isOn }, 'this feature gate changes nothing here: the default counts')
  }
}
