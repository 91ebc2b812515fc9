/**
 * In ms. A job that can leave a part of its work to whoever asked stops after so long: where the disk is slow, a
 * cancellation is to be heard all the same.
 */
export const patience = 60;
