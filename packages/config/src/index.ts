export { compile, defaultControllerName, type CompileOptions } from './compile.ts'
export { providerPresets } from './provider-presets.ts'
export type {
  ConsumerSettings,
  GatewaySettings,
  PersonaSettings,
  Prompt,
  PromptVersion,
  Provider,
  ProviderModel,
  ProviderType,
  ResourceIdentity,
  RetryCondition,
  RetrySettings,
  Route,
  RouteMatch,
  RouteTarget,
  SecretKeyRef,
  SimulatorSettings,
  Snapshot,
  StoreSettings,
  StrategySettings,
} from './snapshot.ts'
export type {
  CompileResult,
  PlannedCondition,
  ReplicaProblem,
  ReplicaReport,
  ResourceConditions,
  ResourceSet,
} from './compile-types.ts'
export { resourceSetOf, type ListKind } from './resource-set.ts'
export { changesConfiguration } from './changes-configuration.ts'
