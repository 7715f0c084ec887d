import { readFileSync } from 'node:fs'
import { BroadcastChannel } from 'node:worker_threads'
import {
  ChannelSource,
  ControllerBuilder,
  LeaderElectionLostError,
  loadKubeConfig,
  Manager,
} from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { counterName, namespace, type Order, timing, type Told } from './replica-messages.ts'

/*
 * One replica of an operator that counts: whoever leads writes its identity and the next number
 * into a ConfigMap, without a precondition, so that nothing but leadership keeps two apart.
 */
const [identity = '', kubeConfigFile = ''] = process.argv.slice(2)
const manager = new Manager({
  config: loadKubeConfig({ text: readFileSync(kubeConfigFile, 'utf8') }),
  leaderElection: { name: 'operator', namespace, identity, ...timing },
})
const tell = (told: Told) => process.send?.(told)
const stop = new AbortController()
const wallClock = new BroadcastChannel('wall-clock')
let computeMs = 0

process.on('message', (order: Order) => {
  if (order.type === 'stop') stop.abort()
  else if (order.type === 'compute') computeMs = order.ms
  else {
    wallClock.postMessage(order.ms)
  }
})
process.on('disconnect', () => process.exit(1))

const source = new ChannelSource('counter')
source.send({ namespace, name: counterName })
new ControllerBuilder(manager)
  .named('counter')
  .watchesRaw(source)
  .build(async (key) => {
    const { data } = await manager.client.get(ConfigMap, { namespace, name: key.name })
    if (computeMs > 0) compute()
    const next = { writer: identity, count: String(Number(data?.['count'] ?? 0) + 1) }
    await manager.client.patch(
      ConfigMap,
      { namespace, name: key.name },
      { type: 'merge', body: { data: next } },
    )
    return { requeueAfterMs: 30 }
  })

/** Keeps the thread busy: neither timers nor messages get through. */
function compute(): void {
  const endMs = performance.now() + computeMs
  computeMs = 0
  while (performance.now() < endMs);
  tell({ type: 'computed' })
}

void manager.whenElected().then(
  () => tell({ type: 'leading' }),
  () => {},
)
try {
  await manager.start(stop.signal)
  process.exit(0)
} catch (error) {
  process.exit(error instanceof LeaderElectionLostError ? 3 : 1)
}
