import type { KubernetesObject } from '@fairlead/kube-core'

import { nodeTermWarnings } from '../shared/deprecated-node-labels.ts'
import { deprecatedVolumeWarning } from '../shared/deprecated-volumes.ts'
import { Place } from '../shared/place.ts'
import { classAnnotationWarnings } from '../shared/storage-class-annotation.ts'

/** In the order in which the real server looks at them. */
const deprecated = ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd']

/** As GetWarningsForPersistentVolume in Kubernetes' `pkg/api/persistentvolume`. */
export function persistentVolumeWarnings(volume: KubernetesObject): string[] {
  const spec = new Place(volume, '', []).within('spec')
  const policy = 'persistentVolumeReclaimPolicy'
  return [
    ...classAnnotationWarnings(volume),
    ...(spec.text(policy) === 'Recycle'
      ? [
          `${spec.pathOf(policy)}: The Recycle reclaim policy is deprecated. ` +
            'Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...spec
      .within('nodeAffinity')
      .within('required')
      .each('nodeSelectorTerms')
      .flatMap(nodeTermWarnings),
    ...deprecated.flatMap((field) => deprecatedVolumeWarning(spec, field)),
  ]
}
