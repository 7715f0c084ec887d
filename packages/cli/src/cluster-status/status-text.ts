import { textTable } from '../text-table.ts'
import type { ClusterStatus } from './cluster-status.ts'

/** A status for people; `known` has the addresses that a data directory knows. */
export function statusText(
  { gateways, problems, providers }: ClusterStatus,
  known: Readonly<Record<string, string>>,
): string {
  const paragraphs = [
    Object.entries(known)
      .map(([what, address]) => `${what.padEnd(10)}  ${address}\n`)
      .join(''),
    gateways.length === 0
      ? 'There is no LLMGateway.\n'
      : textTable(
          [
            { title: 'GATEWAY' },
            { title: 'STATE' },
            { title: 'LIVE', isNumber: true },
            { title: 'WANTED', isNumber: true },
            { title: 'ADDRESS' },
          ],
          gateways.map(({ addresses, liveReplicas, name, ready, wantedReplicas }) => [
            name,
            ready ? 'ready' : 'not ready',
            String(liveReplicas),
            wantedReplicas === undefined ? '-' : String(wantedReplicas),
            addresses[0] ?? '-',
          ]),
        ),
    providers.length === 0
      ? 'There is no LLMProvider.\n'
      : textTable(
          [{ title: 'PROVIDER' }, { title: 'STATE' }, { title: 'TYPE' }],
          providers.map(({ name, ready, type }) => [name, ready ? 'ready' : 'not ready', type]),
        ),
    problems
      .map(
        ({ condition, kind, message, name, reason }) =>
          `${kind} ${name}: ${condition} is False (${reason}): ${message}\n`,
      )
      .join(''),
  ]
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n')
}
