import { PromptEvaluation } from '@fairlead/api'
import { createClient } from '@fairlead/controller-runtime'
import { compareVersions } from '@fairlead/usage'
import type { PromptUsage } from '../admin-usage.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { evaluationReport } from '../evaluation-report.ts'
import { textFlag } from '../own-arguments.ts'
import { promptComparison } from '../prompt-comparison.ts'
import { askAdmin, readEndpoints } from '../running-gateway.ts'
import { UsageError } from '../usage-error.ts'

/** Compares versions of a PromptTemplate by what their calls have come to. */
export async function prompt(context: CommandContext): Promise<void> {
  const { options, own, print, signal } = context
  const [action, given, ...rest] = own.words
  if (action !== 'compare' || given === undefined) {
    throw new UsageError('expected compare PROMPT; see fairlead prompt --help')
  }
  if (rest.length > 0) throw new UsageError(`unexpected argument "${rest[0]}"`)
  const { dataDir, call } = options
  const url = call.url ?? readEndpoints(dataDir)?.admin
  if (url === undefined) {
    throw new UsageError(
      `no gateway is known: ${dataDir} has no endpoints.json; start fairlead up, or give --url of an admin port`,
    )
  }
  const name = given.includes('/') ? given : `${textFlag(own, 'namespace') ?? 'default'}/${given}`
  const query = new URLSearchParams({ name })
  for (const flag of ['from', 'to']) {
    const value = textFlag(own, flag)
    if (value !== undefined) query.set(flag, value)
  }
  const usage = (await askAdmin(url, `/usage/prompt?${query.toString()}`, signal)) as PromptUsage
  const baseline = textFlag(own, 'baseline')
  if (baseline !== undefined && !usage.versions.some(({ version }) => version === baseline)) {
    const known = usage.versions.map(({ version }) => version).join(', ') || 'none'
    throw new UsageError(
      `--baseline "${baseline}": no such version was called; these were: ${known}`,
    )
  }
  const versions = compareVersions(usage.versions, baseline)
  const evaluations = await evaluationsOf(name, context)
  if (call.output === 'json') {
    const { from, to, has_more } = usage
    return print(
      `${JSON.stringify({ from, to, prompt: name, versions, has_more, evaluations }, null, 2)}\n`,
    )
  }
  print(promptComparison(usage, versions))
  if (usage.has_more) print('There may be more versions: ask for fewer days.\n')
  print(evaluationReport(evaluations))
}

/** None where no cluster is known, as beside a gateway that reads a folder of manifests. */
async function evaluationsOf(
  template: string,
  { environment, options, signal }: CommandContext,
): Promise<readonly PromptEvaluation[]> {
  const kubeconfig = options.kubeconfig ?? readEndpoints(options.dataDir)?.kubeconfig
  if (kubeconfig === undefined) return []
  const [namespace = '', name] = template.split('/')
  const client = createClient(clusterConfig({ kubeconfig }, environment))
  try {
    const { items } = await client.list(PromptEvaluation, { namespace, signal })
    return items.filter(({ spec }) => spec.promptRef.name === name)
  } finally {
    await client.close()
  }
}
