export {
  TestEnvironment,
  type TestEnvironmentOptions,
} from './test-environment/test-environment.ts'
export type { Fault } from './test-environment/fault.ts'
export type { Faults, FaultRule, InjectedFault } from './test-environment/faults.ts'
export type { ManifestSource } from './test-environment/manifests.ts'
export type { RequestMatch } from './test-environment/request-match.ts'
export type { AddedUser, AddedUserOptions } from './api-server.ts'
export type {
  WebhookEndpoint,
  WebhookEndpointOptions,
} from './test-environment/webhook-endpoint.ts'
