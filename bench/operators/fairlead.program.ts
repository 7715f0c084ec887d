// node fairlead.program.ts KUBECONFIG NAMESPACE OBJECTS REPORT: the operator that is measured, with
// @fairlead/controller-runtime as it comes; see operator-terms.ts.
import {
  controllerBuilder,
  loadKubeConfig,
  Manager,
  requestKey,
} from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { operatorArguments, ReconcileTally } from './reconcile-tally.ts'

const options = operatorArguments(2)
const tally = new ReconcileTally(options)
const manager = new Manager({
  config: loadKubeConfig({ file: options.kubeconfig }),
  cacheOptions: { defaultNamespaces: [options.namespace] },
})
controllerBuilder(manager)
  .for(ConfigMap)
  .build((request) => {
    const value = manager.cache.get(ConfigMap, request)?.data?.['value']
    if (value !== undefined) tally.reconciled(requestKey(request), value)
    return Promise.resolve()
  })

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
await manager.start(stop.signal)
