"""The fourth paper: contrastive learning understood through supervised prototype objectives."""
