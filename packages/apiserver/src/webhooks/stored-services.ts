import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import { goQuote } from '@fairlead/kube-core'

import type { Storage } from '../storage/storage.ts'
import type { WebhookService } from './client-config.ts'
import type { ServiceResolver } from './service-resolver.ts'

/**
 * Says of every Service why it cannot be called, as the aggregator of Kubernetes does: nothing runs
 * behind a Service here. One of type ExternalName can be called.
 */
export function storedServices(storage: Storage): ServiceResolver {
  return (service) => {
    const { namespace, name, port } = service
    const found = storage.get({ resource: 'services', namespace, name })
    if (found === undefined) throw new Error(`service ${goQuote(name)} not found`)
    const spec = objectOrEmpty(found['spec'])
    if (spec['type'] === 'ExternalName') return { host: String(spec['externalName']), port }
    if (!hasPort(spec['ports'], service)) {
      throw new Error(`no service port ${port} found for service ${goQuote(name)}`)
    }
    throw new Error(`no endpoints available for service ${goQuote(name)}`)
  }
}

function hasPort(ports: unknown, { port }: WebhookService): boolean {
  return arrayOrEmpty(ports).some((each) => objectOrEmpty(each)['port'] === port)
}
