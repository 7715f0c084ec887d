export type { Embedder, EmbedOptions } from './embedder.ts'
export { fuseRanks } from './fuse-ranks.ts'
export type { Ranked } from './ranked.ts'
