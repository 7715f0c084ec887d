/** The node on which pods are, unless others have been made. */
export const nodeName = 'fairlead-node'
