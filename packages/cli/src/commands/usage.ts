import type { AdminUsage } from '../admin-usage.ts'
import type { CommandContext } from '../command-context.ts'
import { textFlag } from '../own-arguments.ts'
import { askAdmin, readEndpoints } from '../running-gateway.ts'
import { UsageError } from '../usage-error.ts'
import { usageReport } from '../usage-report.ts'

/** Prints what was used, which the admin port of a running gateway knows. */
export async function usage({ options, own, print, signal }: CommandContext): Promise<void> {
  const { dataDir, call } = options
  const url = call.url ?? readEndpoints(dataDir)?.admin
  if (url === undefined) {
    throw new UsageError(
      `no gateway is known: ${dataDir} has no endpoints.json; start fairlead up, or give --url of an admin port`,
    )
  }
  const query = new URLSearchParams()
  for (const flag of ['from', 'to', 'by', 'group', 'namespace']) {
    const value = textFlag(own, flag)
    if (value !== undefined) query.set(flag, value)
  }
  if (call.consumer !== undefined) {
    query.set('consumer', `${call.consumer.namespace}/${call.consumer.name}`)
  }
  const answer = (await askAdmin(url, `/usage?${query.toString()}`, signal)) as AdminUsage
  print(
    call.output === 'json'
      ? `${JSON.stringify(answer, null, 2)}\n`
      : usageReport(answer, call.output === 'wide'),
  )
}
