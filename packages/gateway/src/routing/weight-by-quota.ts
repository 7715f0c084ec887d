/** From this share on a weight falls. */
const scarceShare = 0.5
/** Who has nothing left is still more than a fallback. */
const shareMin = 0.01

/**
 * A weight for a draw, where so much, from 0 to 1, is left of a provider's own limits: below one half
 * it falls in proportion. As it is where nothing is known.
 */
export function weightByQuota(weight: number, share: number | undefined): number {
  if (share === undefined || share >= scarceShare) return weight
  return (weight * Math.max(share, shareMin)) / scarceShare
}
