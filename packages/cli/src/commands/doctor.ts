import { systemClock } from '@fairlead/base'
import { createClient, type KubeConfig } from '@fairlead/controller-runtime'
import { gatewayRules, operatorRules } from '@fairlead/operator'
import { capabilities } from '../capabilities.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandFailure } from '../command-failure.ts'
import { textFlag } from '../own-arguments.ts'
import { readEndpoints } from '../running-gateway.ts'
import { checkKinds, checkPermissions, checkServer } from '../doctor/cluster-checks.ts'
import { doctorText, tally } from '../doctor/doctor-text.ts'
import { type Finding, ok, warning } from '../doctor/finding.ts'
import { checkDataDir, checkNode, checkPorts, dataDirUser } from '../doctor/machine-checks.ts'
import { checkProviders, checkSecrets, compiledResources } from '../doctor/resource-checks.ts'

/** Checks this machine, and the cluster if there is one. Rejects with CommandFailure if there is a problem. */
export async function doctor(context: CommandContext): Promise<void> {
  const { options, print } = context
  const findings = [...(await machine(context)), ...(await cluster(context))]
  const isWell = findings.every(({ state }) => state !== 'problem')
  print(
    options.call.output === 'json'
      ? `${JSON.stringify({ ok: isWell, checks: findings }, null, 2)}\n`
      : doctorText(findings),
  )
  if (!isWell) throw new CommandFailure(`there are ${tally(findings)}`)
}

async function machine({ options }: CommandContext): Promise<readonly Finding[]> {
  const { adminPort, apiPort, dataDir, gatewayPort, host } = options
  const ports = { 'api-port': apiPort, 'gateway-port': gatewayPort, 'admin-port': adminPort }
  return [
    checkNode(process.versions.node, process.execPath),
    checkDataDir(dataDir),
    ...(await checkPorts(host, ports, dataDirUser(dataDir))),
  ]
}

async function cluster(context: CommandContext): Promise<readonly Finding[]> {
  const { environment, options, signal } = context
  let config: KubeConfig
  try {
    const kubeconfig = options.kubeconfig ?? readEndpoints(options.dataDir)?.kubeconfig
    config = clusterConfig({ kubeconfig }, environment)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // Somebody who begins with fairlead up has none yet.
    return [ok('API server', `none is known (${message}); fairlead up brings its own`)]
  }
  const server = await checkServer(config, systemClock, signal)
  if (server[0]?.state !== 'ok') return server
  const client = createClient(config)
  try {
    const asked = textFlag(context.own, 'part')
    const parts = [
      { name: 'operator', rules: operatorRules, isAsked: asked === 'operator' },
      { name: 'gateway', rules: gatewayRules, isAsked: asked === 'gateway' },
    ].filter(({ isAsked }) => asked === undefined || isAsked)
    const permissions: Finding[] = []
    for (const part of parts) permissions.push(await checkPermissions(client, part, signal))
    const kinds = await checkKinds(client, signal)
    return [...server, kinds, ...permissions, ...(await resources(client, context))]
  } finally {
    await client.close()
  }
}

async function resources(
  client: ReturnType<typeof createClient>,
  { signal }: CommandContext,
): Promise<readonly Finding[]> {
  try {
    const snapshots = [...(await compiledResources(client, capabilities, signal)).values()]
    return [
      ...(await checkSecrets(snapshots, client, signal)),
      ...(await checkProviders(snapshots, systemClock)),
    ]
  } catch (error) {
    signal.throwIfAborted()
    const message = error instanceof Error ? error.message : String(error)
    return [warning('resources', message, 'Ask as a user who may list the kinds of Fairlead.')]
  }
}
