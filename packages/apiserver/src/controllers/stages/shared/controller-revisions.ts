import { deepEqual, isAlreadyExists, type KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, textMapAt, type Fields } from '../../../definitions/fields.ts'
import type { Cluster } from './cluster.ts'
import { controllerReference } from './controller-reference.ts'
import { templateHash } from './template-hash.ts'

export const controllerRevisions = 'controllerrevisions.apps'
export const revisionLabel = 'controller-revision-hash'
const hashLabel = 'controller.kubernetes.io/hash'

/** The revisions of an owner, oldest first. */
export function revisionsOf(
  cluster: Cluster,
  owner: KubernetesObject,
): readonly KubernetesObject[] {
  return cluster.ownedBy(controllerRevisions, owner).toSorted((a, b) => numberOf(a) - numberOf(b))
}

/** The template that a revision holds. */
export function templateOf(revision: KubernetesObject): Fields {
  const { $patch: _, ...template } = recordAt(
    recordAt(recordAt(revision, 'data'), 'spec'),
    'template',
  )
  return template
}

/**
 * The revision of the owner's template, which is the newest then: made, or taken up again. As
 * getStatefulSetRevisions in Kubernetes.
 */
export async function currentRevision(
  cluster: Cluster,
  owner: KubernetesObject,
): Promise<KubernetesObject> {
  const template = recordAt(recordAt(owner, 'spec'), 'template')
  const revisions = revisionsOf(cluster, owner)
  const newest = revisions.at(-1)
  const equal = revisions.findLast((revision) => deepEqual(templateOf(revision), template))
  const next = newest === undefined ? 1 : numberOf(newest) + 1
  if (equal !== undefined) {
    if (equal === newest) return equal
    return cluster.change(controllerRevisions, equal, (current) => ({ ...current, revision: next }))
  }
  return make(cluster, owner, template, next)
}

async function make(
  cluster: Cluster,
  owner: KubernetesObject,
  template: Fields,
  revision: number,
): Promise<KubernetesObject> {
  const { name = '', namespace = '' } = owner.metadata
  for (let collisions = 0; ; collisions++) {
    const hash = templateHash(template, collisions)
    try {
      return await cluster.create(controllerRevisions, {
        metadata: {
          name: `${name}-${hash}`,
          namespace,
          labels: { ...textMapAt(recordAt(template, 'metadata'), 'labels'), [hashLabel]: hash },
          annotations: changeCause(owner),
          ownerReferences: [controllerReference(owner)],
        },
        data: { spec: { template: { ...template, $patch: 'replace' } } },
        revision,
      })
    } catch (error) {
      if (!isAlreadyExists(error) || collisions === collisionsMax) throw error
    }
  }
}

const collisionsMax = 10
const causeAnnotation = 'kubernetes.io/change-cause'

function changeCause({ metadata }: KubernetesObject): Record<string, string> {
  const cause = metadata.annotations?.[causeAnnotation]
  return cause === undefined ? {} : { [causeAnnotation]: cause }
}

/** Deletes the oldest revisions beyond the owner's limit, but none that is in use. */
export async function forgetRevisions(
  cluster: Cluster,
  owner: KubernetesObject,
  used: ReadonlySet<string>,
): Promise<void> {
  const limit = numberAt(recordAt(owner, 'spec'), 'revisionHistoryLimit') ?? 10
  const unused = revisionsOf(cluster, owner).filter(
    ({ metadata }) => !used.has(metadata.name ?? ''),
  )
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    await cluster.delete(controllerRevisions, revision)
  }
}

function numberOf(revision: KubernetesObject): number {
  return numberAt(revision, 'revision') ?? 0
}
