import { type Client, createToken } from '@fairlead/controller-runtime'
import { parse, stringify } from 'yaml'

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string }[]
  readonly contexts: readonly { readonly name: string; readonly context: { cluster: string } }[]
  readonly 'current-context': string
}

/** A kubeconfig of a ServiceAccount, by a token as its pods have it, for the server of another. */
export async function accountKubeconfig(
  client: Client,
  kubeconfig: string,
  account: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const { token } = await createToken(client, account)
  const { clusters, contexts, 'current-context': current } = parse(kubeconfig) as Kubeconfig
  const { context } = contexts.find((each) => each.name === current) ?? {}
  const cluster = clusters.find((each) => each.name === context?.cluster)
  const { namespace, name } = account
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: cluster?.name, user: name, namespace } }],
    'current-context': name,
  })
}
