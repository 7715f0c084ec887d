export { compile } from './compile.ts'
export { createCompiler, type CompileOptions, type Compiler } from './compiler.ts'
export type { CompileResult, PlannedTarget, ResourceConditions } from './compile-result.ts'
export type { PlannedCondition } from './judging/conditions.ts'
export { bounded, commonConditionTypes } from './judging/conditions.ts'
export type { ConditionType, KindCompiler } from './judging/kind-compiler.ts'
export type { UnsupportedField } from './judging/unsupported-fields.ts'
export {
  configurationWarnings,
  missingGateway,
  type ConfigurationWarning,
} from './configuration-warnings.ts'
export { isWarning } from './judging/notices.ts'
export { expiringMs, keyState, type KeyState } from './kinds/consumer/key-state.ts'
export { keysAt, keysCondition } from './kinds/consumer/keys-condition.ts'
export { kinds } from './kinds/kinds.ts'
export { endpointRemovalSeconds, shutdownSeconds } from './kinds/llm-gateway/shutdown-times.ts'
export { configurationTypes, type ResourceSet } from './resource-set.ts'
export { ConfigurationAdmission, type Admission } from './admission.ts'
export { CurrentResources } from './current-resources.ts'
export { inCurrentVersion } from './migrations/current-version.ts'
export {
  migrationsOf,
  upgradeResource,
  type UpgradedResource,
} from './migrations/upgrade-resource.ts'
export { endpointPoolsOf } from './endpoint-pools.ts'
export { configMapNamesOf } from './config-map-names.ts'
export { secretNamesOf } from './secret-names.ts'
export { changesConfiguration } from './changes-configuration.ts'
export { WatchedConfiguration } from './watched-configuration.ts'
