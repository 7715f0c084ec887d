import {
  configurationNamesWith,
  type DescribedManager,
  managerRules,
} from '@fairlead/controller-runtime'
import { ScaffoldError } from '../scaffold-error.ts'
import { definedKinds } from './defined-kinds.ts'
import { namesOf, type OperatorDescription } from './operator-description.ts'

/** What the files of a project say. */
export interface LoadedOperator {
  readonly name: string
  readonly version: string
  readonly image: string
  /** On which `setup` was called. */
  readonly manager: DescribedManager
  /** What the modules in `src/api` export. */
  readonly exported: readonly unknown[]
}

/**
 * @throws ScaffoldError for a kind whose versions are to be converted and that nothing converts
 */
export function describeOperator(loaded: LoadedOperator): OperatorDescription {
  const { name, version, image, manager, exported } = loaded
  const { registered } = manager.webhooks
  const types = manager.controllers.map((controller) => controller.for)
  const crds = definedKinds([...exported, ...types, ...registered])
  for (const { metadata, spec } of crds) {
    const isConverted = registered.some(
      (each) => each.sort === 'conversion' && each.crd.metadata.name === metadata.name,
    )
    if (spec.conversion?.strategy === 'Webhook' && !isConverted) {
      throw new ScaffoldError(
        `nothing converts the versions of ${metadata.name}: call manager.webhooks.converts in setup, ` +
          'as `fairlead operator create webhook --conversion` writes it',
      )
    }
  }
  const { secret, configurationPrefix } = namesOf({ name })
  const configurations = configurationNamesWith(configurationPrefix)
  const rules = managerRules(manager, { certificates: { secret, configurations } })
  return { name, version, image, crds, webhooks: registered, rules }
}
