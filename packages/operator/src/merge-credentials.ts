import type { LLMProviderStatus } from '@fairlead/api'

/** State of one credential, as a replica reports it or a status holds it. */
export type CredentialReport = NonNullable<LLMProviderStatus['credentials']>[number]

/** The worst first. */
const severity: readonly CredentialReport['state'][] = ['Refused', 'Expired', 'Exhausted', 'Usable']

/** Of what several replicas say of each credential, the worst; by name. */
export function mergeCredentials(
  reports: readonly CredentialReport[],
): readonly CredentialReport[] {
  const worst = new Map<string, CredentialReport>()
  for (const report of reports) {
    const other = worst.get(report.name)
    if (other === undefined || isWorse(report, other)) worst.set(report.name, report)
  }
  return [...worst.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

/** Of two that say the same, the one that has said it for longer. */
function isWorse(left: CredentialReport, right: CredentialReport): boolean {
  const difference = severity.indexOf(left.state) - severity.indexOf(right.state)
  return difference < 0 || (difference === 0 && left.since < right.since)
}
