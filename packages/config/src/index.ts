export { compile, defaultControllerName, type CompileOptions } from './compile.ts'
export { providerPresets } from './provider-presets.ts'
export type {
  CompileResult,
  PlannedCondition,
  ReplicaReport,
  ResourceConditions,
  ResourceSet,
} from './compile-types.ts'
export { resourceSetOf, type ListKind } from './resource-set.ts'
export { changesConfiguration } from './changes-configuration.ts'
