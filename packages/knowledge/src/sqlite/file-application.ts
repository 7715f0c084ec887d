/** `FLKB`: what tells files of indexes from other databases. */
export const application = 0x464c4b42
