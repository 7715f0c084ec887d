import {
  ControllerBuilder,
  controllerReference,
  type Manager,
  type Reconcile,
  requestKey,
  type Request,
} from '@fairlead/controller-runtime'
import { secretText } from '@fairlead/kube-core'
import { ConfigMap, Secret, ServiceAccount } from '@fairlead/kube-types'
import { Shop } from './shop.ts'

const fieldManager = 'shop-operator'
/** The annotation that shows the text. */
export const badge = 'faults.example.com/text'

/** What the operator was seen to do wrong, and how often it was called. */
export interface Conduct {
  readonly concurrent: string[]
  reconciles: number
}

/**
 * Two controllers, each with four workers: a Shop shows its colour and the token of its Secret in a
 * ConfigMap and in its status; a ConfigMap of a Shop shows the same in a ServiceAccount.
 */
export function setUpShops(manager: Manager, conduct: Conduct): void {
  const { client, cache } = manager
  const options = { maxConcurrentReconciles: 4 }

  new ControllerBuilder(manager)
    .for(Shop)
    .owns(ConfigMap)
    .watches(Secret, ({ metadata: { namespace, name } }) =>
      cache
        .list(Shop)
        .flatMap(({ metadata, spec }) =>
          metadata.namespace === namespace && spec.secret === name
            ? [{ namespace: metadata.namespace ?? '', name: metadata.name ?? '' }]
            : [],
        ),
    )
    .withOptions(options)
    .build(
      observed(conduct, async (key, { signal }) => {
        const shop = cache.get(Shop, key)
        if (shop === undefined) return
        const secret = cache.get(Secret, { namespace: key.namespace, name: shop.spec.secret })
        const text = shopText(shop.spec.colour, secretText(secret, 'token'))
        if (cache.get(ConfigMap, key)?.data?.['text'] !== text) {
          const metadata = { ...key, ownerReferences: [controllerReference(Shop, shop)] }
          const child = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } } as const
          await client.apply(ConfigMap, child, { fieldManager, force: true, signal })
        }
        if (shop.status?.text === text) return
        const body = { status: { text } }
        await client.status.patch(Shop, key, { type: 'merge', body }, { signal })
      }),
    )

  new ControllerBuilder(manager)
    .for(ConfigMap)
    .owns(ServiceAccount)
    .withOptions(options)
    .build(
      observed(conduct, async (key, { signal }) => {
        const map = cache.get(ConfigMap, key)
        const text = map?.data?.['text']
        if (map === undefined || text === undefined) return
        if (cache.get(ServiceAccount, key)?.metadata.annotations?.[badge] === text) return
        const ownerReferences = [controllerReference(ConfigMap, map)]
        const metadata = { ...key, ownerReferences, annotations: { [badge]: text } }
        const child = { apiVersion: 'v1', kind: 'ServiceAccount', metadata } as const
        await client.apply(ServiceAccount, child, { fieldManager, force: true, signal })
      }),
    )
}

/** What a Shop is to show. */
export function shopText(colour: string, token: string | undefined): string {
  return `${colour} ${token ?? 'without a secret'}`
}

/** The reconcile, which is noted whenever it runs, above all if it runs twice at once for a name. */
function observed<K extends Request>(conduct: Conduct, reconcile: Reconcile<K>): Reconcile<K> {
  const running = new Set<string>()
  return async (request, context) => {
    const key = requestKey(request)
    if (running.has(key)) conduct.concurrent.push(key)
    running.add(key)
    conduct.reconciles += 1
    try {
      return await reconcile(request, context)
    } finally {
      running.delete(key)
    }
  }
}
