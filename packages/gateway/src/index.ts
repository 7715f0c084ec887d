export { startGateway } from './start-gateway.ts'
export type { Gateway, GatewayOptions, ResolveHost } from './gateway.ts'
export type { GatewayReport, HealthState, ProviderHealth } from './report.ts'
export type { SecretSource, SnapshotSource } from './sources.ts'
