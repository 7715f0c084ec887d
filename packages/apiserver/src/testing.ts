export {
  TestEnvironment,
  type TestEnvironmentOptions,
} from './test-environment/test-environment.ts'
export type { Access } from './auth/access.ts'
export { type PolicyRule, ruleAllows, rulesOfRole } from './auth/rbac/policy-rule.ts'
export type { Fault } from './test-environment/fault.ts'
export type { Faults, FaultRule, InjectedFault } from './test-environment/faults.ts'
export { type ManifestSource, readManifests } from './test-environment/manifests.ts'
export type { ObservedRequest, RequestObserver } from './test-environment/request-observers.ts'
export type { RequestMatch } from './test-environment/request-match.ts'
export type { AddedUser, AddedUserOptions } from './api-server.ts'
export {
  calledAt,
  openWebhookEndpoint,
  type WebhookEndpoint,
  type WebhookEndpointOptions,
} from './test-environment/webhook-endpoint.ts'
