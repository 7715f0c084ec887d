import { type Client, createToken } from '@fairlead/controller-runtime'
import { parse, stringify } from 'yaml'

interface Kubeconfig {
  readonly clusters: readonly unknown[]
}

/** A kubeconfig of a ServiceAccount, by a token as its pods have it, for the server of another. */
export async function accountKubeconfig(
  client: Client,
  kubeconfig: string,
  account: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const { token } = await createToken(client, account)
  const { clusters } = parse(kubeconfig) as Kubeconfig
  const [cluster] = clusters as readonly { readonly name: string }[]
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
