// node client-node.program.ts MODULE KUBECONFIG NAMESPACE OBJECTS REPORT: the operator that is measured,
// on the informer of @kubernetes/client-node, whose main module is MODULE. It has no work queue; here
// it gets the least that does the work of one: each key once, one worker. See operator-terms.ts.
import { pathToFileURL } from 'node:url'
import { operatorArguments, ReconcileTally } from './reconcile-tally.ts'

interface Config {
  loadFromFile(path: string): void
  makeApiClient(api: unknown): {
    listNamespacedConfigMap(request: { readonly namespace: string }): Promise<unknown>
  }
}

interface Watched {
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly data?: Readonly<Record<string, string>>
}

interface Informer {
  on(verb: 'add' | 'update', callback: (object: Watched) => void): void
  on(verb: 'error', callback: (error: unknown) => void): void
  get(name: string, namespace: string): Watched | undefined
  start(): Promise<void>
}

interface ClientNode {
  readonly KubeConfig: new () => Config
  readonly CoreV1Api: unknown
  makeInformer(config: Config, path: string, list: () => Promise<unknown>): Informer
}

const module = (await import(pathToFileURL(process.argv[2] ?? '').href)) as ClientNode
const options = operatorArguments(3)
const tally = new ReconcileTally(options)
const config = new module.KubeConfig()
config.loadFromFile(options.kubeconfig)
const api = config.makeApiClient(module.CoreV1Api)
const { namespace } = options
const informer = module.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
  api.listNamespacedConfigMap({ namespace }),
)

const pending = new Map<string, { readonly namespace: string; readonly name: string }>()
let wake = Promise.withResolvers<void>()
const enqueue = ({ metadata }: Watched) => {
  const { name } = metadata
  pending.set(`${metadata.namespace}/${name}`, { namespace: metadata.namespace, name })
  wake.resolve()
}
informer.on('add', enqueue)
informer.on('update', enqueue)
informer.on('error', (error) => {
  process.stderr.write(`${String(error)}\n`)
  setTimeout(() => void informer.start(), 1000)
})
await informer.start()

const reconcile = (key: string, name: string, within: string): Promise<void> => {
  const value = informer.get(name, within)?.data?.['value']
  if (value !== undefined) tally.reconciled(key, value)
  return Promise.resolve()
}
for (;;) {
  await wake.promise
  wake = Promise.withResolvers()
  for (const [key, request] of pending) {
    pending.delete(key)
    await reconcile(key, request.name, request.namespace)
  }
}
