import { formerVersion, group, version } from '../group.ts'

/** What whoever uses v1alpha1 of a kind is told. */
export function deprecationOf(kind: string): { readonly warning: string } {
  return {
    warning: `${group}/${formerVersion} ${kind} is deprecated; use ${group}/${version} ${kind}`,
  }
}
