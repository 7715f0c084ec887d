import {
  controllerBuilder,
  runnable,
  runOperator,
  webhookBuilder,
} from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'

/** An operator that logs the ConfigMaps that it sees. */
await runOperator({
  name: 'small-operator',
  flags: {
    greeting: { type: 'string', default: 'hello', description: 'What is logged with each name.' },
    webhook: { type: 'boolean', default: false, description: 'Warns of every new ConfigMap.' },
    stubborn: { type: 'boolean', default: false, description: 'Has something that never ends.' },
  },
  options: { controllerDefaults: { cacheSyncTimeoutMs: 3_000 } },
  setup(manager, flags) {
    const log = (message: string) => process.stderr.write(`${message}\n`)
    controllerBuilder(manager)
      .for(ConfigMap)
      .build(({ name }) => {
        log(`${flags.greeting} ${name}`)
        return Promise.resolve()
      })
    if (flags.webhook) {
      const create = () => ({ warnings: ['seen'] })
      webhookBuilder(manager).for(ConfigMap).validates({ create }).build()
    }
    if (flags.stubborn) manager.add(runnable(() => new Promise(() => {})))
    for (const name of ['metrics', 'health', 'profiling'] as const) {
      void manager.servers[name]?.whenListening().then(
        ({ port }) => log(`${name} at ${port}`),
        () => {},
      )
    }
  },
})
