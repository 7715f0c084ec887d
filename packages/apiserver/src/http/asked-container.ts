import { errors, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt } from '../definitions/fields.ts'

/**
 * Checks that a pod has the container that is asked for, or has only one when none is named. As
 * validateContainer in Kubernetes' pod strategy.
 *
 * @throws StatusError 400
 */
export function checkAskedContainer(pod: KubernetesObject, asked: string): void {
  const spec = recordAt(pod, 'spec')
  const { name = '' } = pod.metadata
  const names = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    recordsAt(spec, list).map((container) => textAt(container, 'name')),
  )
  if (asked !== '' && !names.includes(asked)) {
    throw errors.badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  if (asked === '' && recordsAt(spec, 'containers').length > 1) {
    throw errors.badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    )
  }
}
