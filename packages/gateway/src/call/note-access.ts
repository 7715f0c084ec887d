import { AccessRefused } from '../access/rules/access-refused.ts'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'
import type { ShadowRefusal } from '../routing/check-access.ts'
import type { CallRecord } from './call-record.ts'

/** Records that a call was refused because of what its caller may use, if that is why. */
export function noteRefusedAccess(
  error: unknown,
  record: CallRecord,
  metrics: Pick<GatewayMetrics, 'countAccessRefusal'>,
): void {
  if (!(error instanceof AccessRefused)) return
  const { policy = '', resource } = error
  if (policy !== '') record.accessPolicy = policy
  metrics.countAccessRefusal(policy, resource, 'Enforce')
}

/** Records what AccessPolicies that only report would have refused. */
export function noteShadowRefusals(
  refusals: readonly ShadowRefusal[],
  record: CallRecord,
  metrics: Pick<GatewayMetrics, 'countAccessRefusal'>,
): void {
  for (const { policy, resource } of refusals) {
    record.shadowRefusals.push(`AccessPolicy ${policy} ${resource}`)
    metrics.countAccessRefusal(policy, resource, 'Shadow')
  }
}
