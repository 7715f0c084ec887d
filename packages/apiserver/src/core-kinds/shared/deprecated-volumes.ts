import type { Place } from './place.ts'

/** Types of volumes that are no longer what they were. */
const messages: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
}

/** The fields of these types, in the order in which the real server looks at those of a pod. */
export const deprecatedVolumes: readonly string[] = Object.keys(messages)

/** A warning if `of` has a volume of that type; the real server calls one by another name. */
export function deprecatedVolumeWarning(of: Place, field: string): string[] {
  if (!of.has(field)) return []
  return [`${of.pathOf(field === 'storageos' ? 'storageOS' : field)}: ${messages[field]}`]
}
