import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { changed, isFor } from './plugin-request.ts'

/** Keeps volumes and claims until a controller knows that nobody uses them. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate: (request) => {
    if (request.operation !== 'CREATE') return undefined
    const finalizer = isFor(request, '', 'persistentvolumes')
      ? 'kubernetes.io/pv-protection'
      : isFor(request, '', 'persistentvolumeclaims')
        ? 'kubernetes.io/pvc-protection'
        : undefined
    const finalizers = request.object?.metadata.finalizers ?? []
    if (finalizer === undefined || finalizers.includes(finalizer)) return undefined
    return changed(request, ({ metadata }) => {
      metadata.finalizers = [...finalizers, finalizer]
    })
  },
}
