import { controllerUser } from '../../auth/user.ts'
import { recordAt, recordsAt } from '../../definitions/fields.ts'
import type { Stage } from './shared/stage.ts'

/** Of the range for documentation (RFC 5737): nothing answers there. */
const address = '192.0.2.1'

/** Gives Services of type LoadBalancer an address, and takes it away from those that are not. */
export const loadBalancerStage: Stage = {
  user: controllerUser('service-controller'),
  resource: 'services',
  async reconcile(cluster, service) {
    const spec = recordAt(service, 'spec')
    const isIts = spec['type'] === 'LoadBalancer' && spec['loadBalancerClass'] === undefined
    const status = recordAt(service, 'status')
    const ingress = recordsAt(recordAt(status, 'loadBalancer'), 'ingress')
    if (service.metadata.deletionTimestamp !== undefined) return
    if (isIts && ingress.length === 0) {
      const loadBalancer = { ingress: [{ ip: address, ipMode: 'VIP' }] }
      await cluster.setStatus('services', service, { ...status, loadBalancer })
      cluster.tell(service, 'EnsuringLoadBalancer', 'Ensuring load balancer')
      cluster.tell(service, 'EnsuredLoadBalancer', 'Ensured load balancer')
    } else if (!isIts && ingress.some(({ ip }) => ip === address)) {
      await cluster.setStatus('services', service, { ...status, loadBalancer: {} })
    }
  },
}
