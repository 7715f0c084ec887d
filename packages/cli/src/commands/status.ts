import { kinds } from '@fairlead/api'
import { systemClock } from '@fairlead/base'
import { createClient } from '@fairlead/controller-runtime'
import { isNotFound, untyped } from '@fairlead/kube-core'
import { clusterConfig } from '../cluster-config.ts'
import { clusterStatus } from '../cluster-status/cluster-status.ts'
import { statusText } from '../cluster-status/status-text.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandFailure } from '../command-failure.ts'
import { readEndpoints } from '../running-gateway.ts'

/** Prints which gateways and providers there are, and what is not as it should be. */
export async function status(context: CommandContext): Promise<void> {
  const { environment, options, print, signal } = context
  const endpoints = options.kubeconfig === undefined ? readEndpoints(options.dataDir) : undefined
  const config = clusterConfig(
    { kubeconfig: options.kubeconfig ?? endpoints?.kubeconfig },
    environment,
  )
  const client = createClient(config)
  try {
    const lists = await Promise.all(
      kinds.map(async (type) => {
        try {
          return (await client.list(untyped(type), { signal })).items
        } catch (error) {
          if (!isNotFound(error)) throw error
          return undefined
        }
      }),
    )
    if (lists.every((items) => items === undefined)) {
      throw new CommandFailure(
        `${config.server} does not have the kinds of Fairlead: start fairlead operator on it, or fairlead crds | kubectl apply --server-side -f -`,
      )
    }
    const found = clusterStatus(
      lists.flatMap((items) => items ?? []),
      systemClock.now(),
    )
    const known = {
      'API server': config.server,
      ...(endpoints === undefined ? {} : { gateway: endpoints.gateway, admin: endpoints.admin }),
    }
    print(
      options.call.output === 'json'
        ? `${JSON.stringify({ apiServer: config.server, ...found }, null, 2)}\n`
        : statusText(found, known),
    )
  } finally {
    await client.close()
  }
}
